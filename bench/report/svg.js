// What the charts have in common: colours for light and dark pages, and text that is safe inside SVG.

/** A style sheet's rules. */
export const theme = `text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.note { fill: #656d76 }
.bar { fill: #8c959f }
.thrum { fill: #0969da }
.range { stroke: #1f2328; stroke-width: 1 }
.grid { stroke: #d1d9e0; stroke-width: 1 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .note { fill: #8d96a0 }
  .bar { fill: #6e7681 }
  .thrum { fill: #4493f8 }
  .range { stroke: #e6edf3 }
  .grid { stroke: #3d444d }
}`;

export function escaped(text) {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
