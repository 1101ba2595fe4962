export const savina = { name: 'savina', cases: [], footnotes: [] };
