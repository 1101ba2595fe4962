// Keys that hold a group and a word.

/** What keys are kept apart by: the path of a file, or of the directory that it lies in. */
export type Grouping = 'path' | 'directory';

/** Between a group and a word in a key: no path holds a NUL, so the first one ends the group. */
export const groupSeparator = '\0';
