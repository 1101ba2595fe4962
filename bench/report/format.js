// Numbers as a reader wants them: three digits that matter, and the unit.
const scales = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
];

/** `12.3 M/s`, `1.02 GB/s`, `8.24 µs`, `560 B`. */
export function quantity(value, unit) {
  if (!unit.endsWith('/s')) return `${digits(value)} ${unit}`;
  const [scale, letter] = scales.find(([least]) => value >= least) ?? [1, ''];
  return `${digits(value / scale)} ${letter}${unit}`;
}

/** `12.3 ×`. */
export function ratio(value) {
  return `${digits(value)} ×`;
}

function digits(value) {
  if (value >= 100) return String(Math.round(value));
  return value >= 10 ? value.toFixed(1) : value.toPrecision(3);
}
