// What chance, or a schedule, does to one frame: flags in a number, since every frame is asked about.

export const Harm = { none: 0, lost: 1, duplicated: 2, reordered: 4 } as const;

/** Names as counts and schedules have them. */
export const harmNames = { lost: Harm.lost, duplicated: Harm.duplicated, reordered: Harm.reordered } as const;
