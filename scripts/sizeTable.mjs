// The README's table of what an install weighs, made from docs/size.json, which scripts/size.mjs writes.

const block = /(<!-- size -->\n)[\s\S]*?(<!-- \/size -->)/;

/**
 * @typedef {object} Size
 * @property {string} node the version of Node.js that it was measured on
 * @property {string} platform
 * @property {string} date
 * @property {number} tarballBytes what npm transfers for the package itself
 * @property {number} ownBytes the package's files on disk, the bundled command apart
 * @property {number} commandBytes the bundled command
 * @property {number} dependencyPackages
 * @property {number} dependencyBytes all packages that come along, zod apart
 * @property {number} zodBytes
 * @property {Record<string, number>} importMs of processor time, by what is imported; above a process that imports nothing
 */

/** @param {Size} size */
export function sizeTable(size) {
  const all = size.ownBytes + size.commandBytes + size.dependencyBytes + size.zodBytes;
  const rows = [
    ['thrum', `1 (${mb(size.tarballBytes)} packed)`, mb(size.ownBytes + size.commandBytes)],
    ['runtime dependencies', String(size.dependencyPackages), mb(size.dependencyBytes)],
    ['zod, which you have', '1', mb(size.zodBytes)],
    ['together', String(size.dependencyPackages + 2), mb(all)],
  ];
  const imports = Object.entries(size.importMs).map(([name, ms]) => `\`${name}\` ${ms.toFixed(0)} ms`);
  return [
    '|  | packages | on disk |\n|---|---:|---:|',
    rows.map((row) => `| ${row.join(' | ')} |`).join('\n'),
    '',
    `Processor time of importing, above a process that imports nothing: ${imports.join(', ')}. ${size.platform}, Node.js ${size.node}, ${size.date}.`,
  ].join('\n');
}

/**
 * @param {string} text the README
 * @param {Size} size
 */
export function fillSize(text, size) {
  if (!block.test(text)) throw new Error('README.md has no <!-- size --> block');
  return text.replace(block, (_, begin, end) => `${begin}\n${sizeTable(size)}\n\n${end}`);
}

function mb(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
