// The usual Node program: undici's Pool, one request at a time on each connection, the reply parsed and compared.
// Arguments: origin, path prefix, ids file, ca file, connections. Prints the number of replies that were as wanted.
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';

const [origin, prefix, idsFile, caFile, connections] = process.argv.slice(2);
const pool = new Pool(origin, {
  connections: Number(connections),
  pipelining: 1,
  connect: { ca: readFileSync(caFile) },
});
const headers = {
  'content-type': 'application/json',
  authorization: `Bearer ${process.env.PRODUCTLANE_API_KEY}`,
};
const body = process.env.PEERS_BODY;
const ids = createInterface({ input: createReadStream(idsFile) })[Symbol.asyncIterator]();
let good = 0;

async function work() {
  for (let next = await ids.next(); !next.done; next = await ids.next()) {
    const reply = await pool.request({ path: prefix + next.value, method: 'PATCH', headers, body });
    const thread = await reply.body.json();
    if (reply.statusCode === 200 && thread.id === next.value && thread.status === 'done') good += 1;
  }
}

await Promise.all(Array.from({ length: Number(connections) }, work));
await pool.close();
console.log('PEERS', good);
