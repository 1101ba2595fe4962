// Run with NODE_OPTIONS=--experimental-vm-modules. From Node.js 24.9 on, Jest's require() takes ES modules.
module.exports = { testEnvironment: 'node', transform: {}, testMatch: ['**/*.test.js'] };
