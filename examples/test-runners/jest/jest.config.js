// Native ES modules: run with NODE_OPTIONS=--experimental-vm-modules.
export default { testEnvironment: 'node', transform: {}, testMatch: ['**/*.test.js'] };
