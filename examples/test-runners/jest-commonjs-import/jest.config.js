// Run with NODE_OPTIONS=--experimental-vm-modules. For any version of Node.js: import() instead of require().
module.exports = { testEnvironment: 'node', transform: {}, testMatch: ['**/*.test.js'] };
