// A disk that takes so much and no more, for the nodes of a system.
import { type Disk, systemDisk } from '../../../../actors/mapreduce/jobs/files/disk.ts';
import { resource } from '../../../../lib/index.ts';

const bytesMax = 2000;

export const FullDisk = resource<Disk>('test/FullDisk', {
  module: import.meta.url,
  open() {
    let written = 0;
    return {
      ...systemDisk,
      create(path) {
        const file = systemDisk.create(path);
        return {
          write(bytes) {
            written += bytes.length;
            if (written > bytesMax) {
              throw Object.assign(new Error('ENOSPC: no space left on device, write'), {
                code: 'ENOSPC',
                syscall: 'write',
              });
            }
            file.write(bytes);
          },
          close: () => file.close(),
        };
      },
    };
  },
});
