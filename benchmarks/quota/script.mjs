// The usual script: undici behind Bottleneck, whose reservoir is filled up again every window (as its documentation
// shows for such limits), Retry-After obeyed, until every row is done. Arguments: origin, path prefix, ids file, ca
// file, connections, windows as limit/seconds,...
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import Bottleneck from 'bottleneck';
import { Pool } from 'undici';

const [origin, prefix, idsFile, caFile, connections, windows] = process.argv.slice(2);
const pool = new Pool(origin, { connections: Number(connections), connect: { ca: readFileSync(caFile) } });
const limiters = windows.split(',').map((window) => {
  const [limit, seconds] = window.split('/').map(Number);
  return new Bottleneck({
    reservoir: limit,
    reservoirRefreshAmount: limit,
    reservoirRefreshInterval: seconds * 1000,
  });
});
const headers = {
  'content-type': 'application/json',
  authorization: `Bearer ${process.env.PRODUCTLANE_API_KEY}`,
};
const body = process.env.QUOTA_BODY;
const ids = createInterface({ input: createReadStream(idsFile) })[Symbol.asyncIterator]();

async function allowed() {
  for (const limiter of limiters) await limiter.schedule(async () => {});
}

async function work() {
  for (let next = await ids.next(); !next.done; next = await ids.next()) {
    for (;;) {
      await allowed();
      const reply = await pool.request({ path: prefix + next.value, method: 'PATCH', headers, body });
      await reply.body.json();
      if (reply.statusCode === 200) break;
      if (reply.statusCode !== 429) throw new Error(`status ${reply.statusCode}`);
      await sleep(Number(reply.headers['retry-after']) * 1000);
    }
  }
}

await Promise.all(Array.from({ length: Number(connections) }, work));
await pool.close();
process.exit(0); // Bottleneck's timers would keep it alive
