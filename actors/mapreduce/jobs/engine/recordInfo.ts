// What `map` is given to know of its record.
import type { MapInfo } from '../job.ts';
import type { Cursor } from '../readers/reader.ts';
import { Info } from './taskEnv.ts';

export class RecordInfo extends Info implements MapInfo {
  path = '';
  private base = 0;
  private cursor: Cursor<unknown> | undefined = undefined;

  get offset(): number {
    return this.base + (this.cursor?.offset ?? 0);
  }

  moveTo(path: string, cursor: Cursor<unknown>, base = 0): void {
    this.base = base;
    this.path = path;
    this.cursor = cursor;
  }

  readonly at = (): string => `${this.path} at ${this.offset}`;
}
