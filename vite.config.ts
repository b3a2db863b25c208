import { defineConfig } from 'vite'
import solid from 'vite-plugin-solid'

/**
 * Where `vite` and `vite preview` find a server while somebody works on the console. Keyturn itself
 * serves what `vite build` made.
 */
const endpoint = process.env['KEYTURN_ENDPOINT'] ?? 'http://127.0.0.1:7480'
const proxy = { '/v3': endpoint, '/v1.0': endpoint, '/keyturn': endpoint }

export default defineConfig(({ command }) => ({
  root: 'src/console',
  // Files name each other by where they are: a proxy may serve all of it below a path of its own.
  base: command === 'serve' ? '/console/' : './',
  plugins: [solid()],
  server: { proxy },
  preview: { proxy },
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    target: ['chrome123', 'edge123', 'firefox128', 'safari17.5'],
    // The policy of content lets no style or script stand in the page, and no data but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
}))
