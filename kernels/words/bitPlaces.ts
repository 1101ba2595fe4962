// The places of the bits of a number, as a list: eight bits at a time, by a table.

/** For each byte the places of its bits that are 1, the lowest first, a byte each. */
let places: usize = 0;

export function prepareBitPlaces(): void {
  if (places != 0) return;
  places = heap.alloc(256 << 3);
  memory.fill(places, 0, 256 << 3);
  for (let byte: u32 = 0; byte < 256; byte++) {
    let at = places + (<usize>byte << 3);
    for (let left = byte; left != 0; left &= left - 1) store<u8>(at++, <u8>ctz<u32>(left));
  }
}

/**
 * Writes the place of each bit that is 1, plus `first`, as u16 to `list`, and returns the end of what it wrote. It takes as long
 * for any bits: how many there are is what a processor can't foresee. The list may be written up to 16 bytes beyond.
 */
// @ts-ignore: decorator
@inline
export function writeBitPlaces(bits: u64, first: u32, list: usize): usize {
  let end = list;
  end = writeByte(<u32>bits & 0xff, first, end);
  end = writeByte(<u32>(bits >> 8) & 0xff, first + 8, end);
  end = writeByte(<u32>(bits >> 16) & 0xff, first + 16, end);
  end = writeByte(<u32>(bits >> 24) & 0xff, first + 24, end);
  end = writeByte(<u32>(bits >> 32) & 0xff, first + 32, end);
  end = writeByte(<u32>(bits >> 40) & 0xff, first + 40, end);
  end = writeByte(<u32>(bits >> 48) & 0xff, first + 48, end);
  return writeByte(<u32>(bits >> 56), first + 56, end);
}

// @ts-ignore: decorator
@inline
function writeByte(byte: u32, first: u32, list: usize): usize {
  v128.store(list, i16x8.add(v128.load_ext<u8>(places + (<usize>byte << 3)), i16x8.splat(<i16>first)));
  return list + (<usize>popcnt<u32>(byte) << 1);
}
