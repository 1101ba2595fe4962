// The parts of a finished output, as what a reader opens.
import { statSync } from 'node:fs';
import type { InputPart, RunSettings } from '../engine/messages.ts';
import { partName } from '../engine/output.ts';

export async function resultParts(
  settings: RunSettings,
  extension: string,
  outputDirectory: string | undefined,
  contentOf: (partition: number) => Uint8Array | Promise<Uint8Array>,
): Promise<InputPart[]> {
  const parts: InputPart[] = [];
  for (let partition = 0; partition < settings.partitions; partition++) {
    const name = partName(partition, extension);
    if (outputDirectory !== undefined) {
      const path = `${outputDirectory}/${name}`;
      const bytes = statSync(path).size;
      parts.push({ path, start: 0, end: bytes, bytes });
      continue;
    }
    const content = await contentOf(partition);
    parts.push({ path: name, start: 0, end: content.length, bytes: content.length, content });
  }
  return parts;
}
