/** Reading a file's bytes past what one call may bring. */

/**
 * Fills the buffer from where the file stands, as far as the file goes.
 *
 * @returns how many bytes were read: fewer than the buffer holds only at the file's end
 */
export function readInto(file: Deno.FsFile, buffer: Uint8Array): number {
  let length = 0;
  while (length < buffer.length) {
    const read = file.readSync(buffer.subarray(length)) ?? 0;
    if (read === 0) break;
    length += read;
  }
  return length;
}
