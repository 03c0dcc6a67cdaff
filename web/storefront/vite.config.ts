// The storefront as the gateway serves it: below /shop/, nothing inline, every asset named by its digest.
import {defineConfig} from 'vite';

const gateway = process.env['GATEHOUSE_URL'] ?? 'https://localhost:8443';
const services = ['/realms', '/products', '/orders', '/payments', '/users'];

export default defineConfig({
  base: '/shop/',
  esbuild: {jsx: 'automatic', jsxImportSource: 'preact'},
  build: {
    outDir: '../../build/web/storefront',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content security policy has no data: in it
    modulePreload: {polyfill: false},
    chunkSizeWarningLimit: 200,
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(services.map((path) => [path, {target: gateway, secure: false, changeOrigin: true}])),
  },
});
