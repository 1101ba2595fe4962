// vite build: the server's files, with all packages in them.
import { defineConfig } from 'vite';

export default defineConfig({
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node20',
    rollupOptions: {
      input: { main: '../app/main.ts', 'thrum.worker': '../app/thrum.worker.ts' },
      output: { entryFileNames: '[name].js' },
    },
  },
});
