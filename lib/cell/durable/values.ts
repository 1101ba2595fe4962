// Values as bytes, by the platform's structured serialization.
import { StoreError } from '../../protocol/errors.ts';
import { volumeBytesMax } from '../../protocol/storage.ts';
import { ByteReader, ByteWriter } from '../../wire/buffer.ts';
import { readDynamic, writeDynamic } from '../../wire/dynamic.ts';
import type { Platform } from '../../wire/platform.ts';

/**
 * @throws `UncloneableValueError` for functions, instances of classes, refs; `StoreError` of kind `tooLarge`
 */
export function encodeValue(value: unknown, platform: Platform): Uint8Array {
  const writer = new ByteWriter(platform, 256);
  writeDynamic(value, writer);
  return sized(writer);
}

/** @throws `StoreError` of kind `corrupt` */
export function decodeValue(bytes: Uint8Array, platform: Platform): unknown {
  try {
    return readDynamic(new ByteReader(platform, bytes));
  } catch (error) {
    throw new StoreError('corrupt', `a stored value can't be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** What has been written, in memory of its own. */
export function sized(writer: ByteWriter): Uint8Array {
  if (writer.position > volumeBytesMax) {
    throw new StoreError(
      'tooLarge',
      `a stored value has at most ${volumeBytesMax} bytes, this one ${writer.position}: store it in parts`,
    );
  }
  return writer.bytes.slice(0, writer.position);
}
