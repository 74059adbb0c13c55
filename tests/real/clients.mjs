// clients.mjs front WORK PORT: TLS before the sandbox on PORT; keeps every request in WORK/requests.ndjson, prints its
// own port, and ends with its standard input.
// clients.mjs check WORK MODULES: sends what stands in WORK/expected.ndjson through the vendors' clients to a server
// here and writes the requests that come to WORK/by-client.ndjson.
import { createRequire } from 'node:module';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';

async function bodyOf(message) {
  const parts = [];
  for await (const part of message) parts.push(part);
  return Buffer.concat(parts).toString();
}
const listening = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)));
// What two requests are compared by: not how a client introduces itself, nor the order of parameters. HubSpot's client
// repeats a parameter that has several values, and HubSpot documents commas: both are one list here.
function essence(request, body) {
  const url = new URL(request.url, 'http://localhost');
  const parameters = {};
  for (const name of [...url.searchParams.keys()].sort()) parameters[name] = url.searchParams.getAll(name).join(',');
  return { method: request.method, path: url.pathname, parameters, type: request.headers['content-type']?.split(';')[0],
           authorization: request.headers.authorization, body: body ? JSON.parse(body) : null };
}

const [what, work, third] = process.argv.slice(2);
if (what === 'front') {
  const pem = fs.readFileSync(`${work}/tls.pem`);
  const out = fs.createWriteStream(`${work}/requests.ndjson`);
  const server = https.createServer({ key: pem, cert: pem }, async (request, reply) => {
    const body = await bodyOf(request);
    out.write(JSON.stringify(essence(request, body)) + '\n');
    http.request({ host: '127.0.0.1', port: third, method: request.method, path: request.url, headers: request.headers },
                 answer => { reply.writeHead(answer.statusCode, answer.headers); answer.pipe(reply); }).end(body);
  });
  console.log(await listening(server));
  process.stdin.resume().on('end', () => out.end(() => process.exit(0)));
  setTimeout(() => process.exit(1), 300000);
} else {
  const require = createRequire(third + '/');
  const seen = [];
  const server = http.createServer(async (request, reply) => {
    seen.push(essence(request, await bodyOf(request)));
    reply.writeHead(200, { 'content-type': 'application/json' });
    reply.end('{}');
  });
  const url = `http://127.0.0.1:${await listening(server)}`;
  const token = fs.readFileSync(`${work}/editor.key`, 'utf8').trim();
  const { Client } = require('@hubspot/api-client');
  const { IntercomClient } = require('intercom-client');
  const hubspot = new Client({ accessToken: token, basePath: url });
  const intercom = new IntercomClient({ token, environment: url, maxRetries: 0 });
  const call = {
    'hubspot write': one => one.api.update(one.id, one.body),
    'hubspot read': one => one.api.getById(one.id, one.parameters.properties?.split(',')),
    'hubspot list': one => one.api.getPage(Number(one.parameters.limit), one.parameters.after,
                                           one.parameters.properties?.split(',')),
    'intercom write': one => intercom.contacts.update({ contact_id: one.id, ...one.body }),
    'intercom read': one => intercom.contacts.find({ contact_id: one.id }),
    'intercom list': one => intercom.contacts.list({ per_page: Number(one.parameters.per_page),
                                                     starting_after: one.parameters.starting_after }),
  };
  const out = [];
  for (const line of fs.readFileSync(`${work}/expected.ndjson`, 'utf8').trim().split('\n')) {
    const one = JSON.parse(line);
    if (one.kind.startsWith('hubspot')) one.api = hubspot.crm[one.object].basicApi;
    seen.length = 0;
    // What a client makes of the empty reply is not looked at.
    await Promise.resolve(call[one.kind](one)).then(async page => page?.rawResponse, () => {});
    out.push(seen[0] ?? null);
  }
  fs.writeFileSync(`${work}/by-client.ndjson`, out.map(one => JSON.stringify(one) + '\n').join(''));
  process.exit(0);
}
