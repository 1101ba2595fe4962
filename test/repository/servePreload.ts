// Loaded before a server from README.md: whatever port it asks for, it gets a free one of the loopback interface,
// and the test is told which. So the document shows a plain `listen(3000)` and the test depends on no port.

import { type AddressInfo, Server } from 'node:net';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const listen = Server.prototype.listen;
  Server.prototype.listen = function listenOnFreePort(this: Server, ...args: unknown[]) {
    this.once('listening', () => process.send?.({ port: (this.address() as AddressInfo).port }));
    const onListening = args.find((arg): arg is () => void => typeof arg === 'function');
    return listen.call(this, { port: 0, host: '127.0.0.1' }, onListening);
  } as typeof listen;
}
