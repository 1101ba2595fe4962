// A server of files for tests: with ranges, versions, and any fault that is asked for. Its S3 is in s3Server.ts.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';

export interface ServedFile {
  bytes: Uint8Array;
  /** `null`: none is sent. Default: a digest of the bytes. */
  etag?: string | null;
  modified?: string;
  /** Default true. */
  ranges?: boolean;
  /** Default true: without it the body is sent in chunks. */
  sized?: boolean;
  /** Headers besides. */
  headers?: Record<string, string>;
}

/** What is done with a request in place of answering it; false: it is answered. */
export type Fault = (request: IncomingMessage, response: ServerResponse, number: number) => boolean;

export interface FileServer {
  readonly url: string;
  readonly files: Map<string, ServedFile>;
  /** Each request: its method, path and range. */
  readonly requests: { path: string; range: string | undefined; headers: IncomingMessage['headers'] }[];
  fault: Fault | undefined;
}

/** A server that ends with the test. */
export async function fileServer(
  t: ExecutionContext,
  files: Record<string, ServedFile | string> = {},
  handle?: (request: IncomingMessage, response: ServerResponse) => boolean,
): Promise<FileServer> {
  const server: Server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url!, 'http://test').pathname);
    served.requests.push({ path, range: request.headers.range, headers: request.headers });
    if (served.fault?.(request, response, served.requests.length)) return;
    if (handle?.(request, response)) return;
    const file = served.files.get(path);
    if (file === undefined) return void response.writeHead(404).end('nothing here');
    sendFile(file, request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const served: FileServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files: new Map(
      Object.entries(files).map(([path, file]) => [
        path,
        typeof file === 'string' ? { bytes: Buffer.from(file) } : file,
      ]),
    ),
    requests: [],
    fault: undefined,
  };
  return served;
}

export function etagOf({ bytes, etag }: ServedFile): string | undefined {
  if (etag === null) return undefined;
  return etag ?? `"${createHash('md5').update(bytes).digest('hex')}"`;
}

export function sendFile(file: ServedFile, request: IncomingMessage, response: ServerResponse): void {
  const { bytes, modified, ranges = true, sized = true } = file;
  const etag = etagOf(file);
  const headers: Record<string, string> = {
    ...(etag !== undefined && { etag }),
    ...(modified !== undefined && { 'last-modified': modified }),
    ...file.headers,
  };
  const { range, 'if-range': ifRange, 'if-match': ifMatch } = request.headers;
  if (ifMatch !== undefined && ifMatch !== etag) return void response.writeHead(412).end();
  const found = /^bytes=(\d+)-(\d+)$/.exec(range ?? '');
  const isSame = ifRange === undefined || ifRange === etag || ifRange === modified;
  if (found === null || !ranges || !isSame) {
    if (sized) headers['content-length'] = String(bytes.length);
    response.writeHead(200, headers);
    return void response.end(bytes);
  }
  const start = Number(found[1]);
  const end = Math.min(Number(found[2]) + 1, bytes.length);
  if (start >= bytes.length) {
    return void response.writeHead(416, { ...headers, 'content-range': `bytes */${bytes.length}` }).end();
  }
  response.writeHead(206, {
    ...headers,
    'content-range': `bytes ${start}-${end - 1}/${bytes.length}`,
    'content-length': String(end - start),
  });
  response.end(bytes.subarray(start, end));
}

/** Begins the answer and cuts the connection after so many bytes of it. */
export function cutAfter(file: ServedFile, bytes: number): Fault {
  return (request, response) => {
    const whole = response.end.bind(response) as (body?: unknown) => ServerResponse;
    response.end = ((body?: unknown) => {
      if (!(body instanceof Uint8Array) || body.length <= bytes) return whole(body);
      response.write(body.subarray(0, bytes), () => response.socket?.destroy());
      return response;
    }) as typeof response.end;
    sendFile(file, request, response);
    return true;
  };
}
