// A small GitHub: issues that are kept, behind Prism, which holds every request and reply against the vendor's own
// description, behind TLS. Prints its ports as JSON when it serves, and ends with its standard input.
//
//   client --TLS--> front (here) --> prism proxy --errors --> stub (here)
//
// The front also holds the bodies of writes against the description's schema by itself, with no member but those that
// it names, and the parameters of every query against those that it names. What breaks the description is told at
// /violations of the stub's port, and the issues at /truth.
import { createRequire } from 'node:module';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';

const [work, modules, issueCount] = process.argv.slice(2);
const require = createRequire(modules + '/');
const Ajv = require('ajv').default;
const whole = require('@octokit/openapi/generated/api.github.com.json');
const repository = '/repos/octo/hello';
const byNumber = '/repositories/1300192';  // how Link and Location name a repository

// The description as it is, without the paths that are not asked for and what only they refer to.
const used = ['/user', '/repos/{owner}/{repo}/issues', '/repos/{owner}/{repo}/issues/{issue_number}'];
const description = { openapi: whole.openapi, info: whole.info, servers: whole.servers, paths: {}, components: {} };
for (const path of used) description.paths[path] = whole.paths[path];
const at = (tree, pointer) => pointer.split('/').slice(1).reduce((node, key) => node?.[key], tree);
function take(node) {
  if (node === null || typeof node !== 'object') return;
  if (typeof node.$ref === 'string') {
    const [, , kind, name] = node.$ref.split('/');
    description.components[kind] ??= {};
    if (!(name in description.components[kind])) {
      description.components[kind][name] = at(whole, node.$ref.slice(1));
      take(description.components[kind][name]);
    }
  }
  for (const key in node) take(node[key]);
}
take(description.paths);
fs.writeFileSync(`${work}/description.json`, JSON.stringify(description));

const resolve = one => one.$ref ? at(whole, one.$ref.slice(1)) : one;
const operations = {
  [used[0]]: /^\/user$/, [used[1]]: /^\/repos\/[^/]+\/[^/]+\/issues$/, [used[2]]: /^\/repos\/[^/]+\/[^/]+\/issues\/\d+$/,
};
const update = whole.paths[used[2]].patch.requestBody.content['application/json'].schema;
const ajv = new Ajv({ strict: false, allErrors: true });
// OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own for null.
function asJsonSchema(node) {
  if (Array.isArray(node)) return node.map(asJsonSchema);
  if (node === null || typeof node !== 'object') return node;
  const { nullable, example, ...rest } = node;
  const plain = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, asJsonSchema(value)]));
  return nullable === true ? { anyOf: [plain, { type: 'null' }] } : plain;
}
const isUpdate = ajv.compile({ ...asJsonSchema(update), additionalProperties: false });

const violations = [];
let patches = 0, requests = 0;

// ---- the stub: what GitHub does with issues ----
const user = login => ({ ...whole.components.examples.issue.value.user, login });
const milestones = new Map([1, 2, 3].map(n => [n, { ...whole.components.examples.issue.value.milestone, number: n,
                                                    title: `v${n}` }]));
const labelNames = ['bug', 'Documentation', 'question'];
const issues = new Map();
let clock = Date.parse('2027-01-04T10:00:00Z');
const now = () => new Date(clock += 1000).toISOString().replace('.000', '');
for (let n = 1; n <= Number(issueCount); n++)
  issues.set(n, { title: `Issue ${n}`, body: n % 4 ? `It does not work.\r\nPlease help ${n}.` : null,
                  state: n % 3 ? 'open' : 'closed', state_reason: n % 3 ? null : 'completed',
                  labels: n % 2 ? ['bug'] : [], assignees: n % 5 ? [] : ['octocat'], milestone: n % 6 ? null : 1,
                  updated_at: now() });
const known = new Map(['octocat', 'hubot', 'monalisa'].map(login => [login, login]));

function shown(base, number) {
  const issue = issues.get(number);
  const labels = issue.labels.map((name, i) => ({ ...whole.components.examples.issue.value.labels[0], id: 100 + i, name }));
  const assignees = issue.assignees.map(user);
  const { id, url, repository_url, labels_url, comments_url, events_url, html_url, ...rest } =
    whole.components.examples.issue.value;
  const path = `${base}${repository}/issues/${number}`;
  return { ...rest, id: 2000000000 + number, url: path, repository_url: base + repository, html_url: path,
           labels_url: `${path}/labels{/name}`, comments_url: `${path}/comments`, events_url: `${path}/events`, number,
           title: issue.title, body: issue.body, state: issue.state, state_reason: issue.state_reason, labels, assignees,
           assignee: assignees[0] ?? null, milestone: issue.milestone ? milestones.get(issue.milestone) : null,
           closed_at: issue.state === 'closed' ? issue.updated_at : null, updated_at: issue.updated_at };
}

function labelNamed(name) {
  const found = labelNames.find(one => one.toLowerCase() === name.toLowerCase());
  if (!found) labelNames.push(name);
  return found ?? name;
}

function invalid(field, value) {
  return [422, { message: 'Validation Failed', documentation_url: 'https://docs.github.com/rest', status: '422',
                 errors: [{ resource: 'Issue', field, code: 'invalid', value: String(value) }] }];
}

function patch(base, number, given, mayPush) {
  const issue = issues.get(number), next = structuredClone(issue);
  if ('title' in given) next.title = given.title;
  if ('body' in given) next.body = given.body;
  if ('state' in given && given.state !== issue.state) {
    next.state = given.state;
    next.state_reason = given.state_reason ?? (given.state === 'open' ? 'reopened' : 'completed');
  }
  if ('milestone' in given && given.milestone !== null && !milestones.has(given.milestone))
    return invalid('milestone', given.milestone);
  if ((given.assignees ?? []).some(login => !known.has(login.toLowerCase())))
    return invalid('assignees', given.assignees);
  if (mayPush) {
    if ('milestone' in given) next.milestone = given.milestone;
    if ('labels' in given) next.labels = [...new Set(given.labels.map(labelNamed))];
    if ('assignees' in given) next.assignees = [...new Set(given.assignees.map(one => known.get(one.toLowerCase())))];
  }
  if (JSON.stringify(next) !== JSON.stringify(issue)) {
    next.updated_at = now();
    issues.set(number, next);
  }
  return [200, shown(base, number)];
}

let hiccups = 0;  // replies of the secondary limit that are due
let remaining = 5000;
function answer(base, request, body) {
  const url = new URL(request.url, base);
  if (url.pathname === '/truth') return [200, Object.fromEntries(issues)];
  if (url.pathname === '/violations') return [200, { violations, patches, requests }];
  if (url.pathname === '/hiccups') return [200, { due: hiccups += 2 }];
  if (url.pathname === '/edit') {
    Object.assign(issues.get(body.number), body.fields, { updated_at: now() });
    return [200, {}];
  }
  const documentation_url = 'https://docs.github.com/rest';
  const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
  const may = token === process.env.EDITOR ? 2 : token === process.env.READER ? 1 : 0;
  if (!may) return [401, { message: 'Bad credentials', documentation_url, status: '401' }];
  if (url.pathname === '/user') return [200, whole.components.examples['private-user-response-with-public-and-private-profile-information']?.value ??
                                              Object.values(whole.paths['/user'].get.responses[200].content['application/json'].examples).map(one => resolve(one).value)[0]];
  const list = `${repository}/issues`;
  if (url.pathname === list) {
    const size = Number(url.searchParams.get('per_page') ?? 30), page = Number(url.searchParams.get('page') ?? 1);
    const state = url.searchParams.get('state') ?? 'open';
    const wanted = url.searchParams.get('labels')?.split(',') ?? [];
    const all = [...issues.keys()].reverse().filter(n => (state === 'all' || issues.get(n).state === state) &&
                                                         wanted.every(name => issues.get(n).labels.includes(name)));
    const headers = {};
    if (page * size < all.length) {
      url.searchParams.set('page', page + 1);
      headers.link = `<${base}${byNumber}/issues${url.search}>; rel="next"`;
    }
    return [200, all.slice((page - 1) * size, page * size).map(n => shown(base, n)), headers];
  }
  const number = Number(new RegExp(`^${list}/(\\d+)$`).exec(url.pathname)?.[1]);
  if (!issues.has(number)) return [404, { message: 'Not Found', documentation_url, status: '404' }];
  if (request.method === 'PATCH' && hiccups > 0) {
    hiccups--;
    return [403, { message: 'You have exceeded a secondary rate limit. Please wait.', documentation_url, status: '403' },
            { 'retry-after': '1' }];
  }
  return request.method === 'PATCH' ? patch(base, number, body, may === 2) : [200, shown(base, number)];
}

async function bodyOf(message) {
  const parts = [];
  for await (const part of message) parts.push(part);
  return Buffer.concat(parts);
}
let base = '';
const stub = http.createServer(async (request, reply) => {
  const body = await bodyOf(request);
  let told;
  try {
    told = answer(base, request, body.length ? JSON.parse(body) : {});
  } catch (wrong) {  // a request of another form than the description's
    told = [500, { message: String(wrong) }];
  }
  const [status, value, headers] = told;
  reply.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'x-ratelimit-limit': '5000',
                            'x-ratelimit-remaining': String(Math.max(1, --remaining)),
                            'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
                            'x-github-request-id': `R${requests}`, ...headers });
  reply.end(JSON.stringify(value));
});

// ---- the front ----
function holdAgainstDescription(request, url, body) {
  const told = what => violations.push(`${request.method} ${request.url}: ${what}`);
  const path = Object.keys(operations).find(one => operations[one].test(url.pathname));
  const operation = path && whole.paths[path][request.method.toLowerCase()];
  if (!operation) return told('the description has no such operation');
  const may = [...(whole.paths[path].parameters ?? []), ...(operation.parameters ?? [])].map(resolve)
    .filter(one => one.in === 'query').map(one => one.name);
  for (const name of url.searchParams.keys()) if (!may.includes(name)) told(`no parameter ${name}`);
  if (request.method !== 'PATCH') return;
  patches++;
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) told('a body that is not declared as JSON');
  if (!isUpdate(JSON.parse(body))) told(`${body}: ${ajv.errorsText(isUpdate.errors)}`);
}

const listening = server => new Promise(done => server.listen(0, '127.0.0.1', () => done(server.address().port)));
const stubPort = await listening(stub);
const free = http.createServer();
const prismPort = await listening(free);
await new Promise(done => free.close(done));
const pem = fs.readFileSync(`${work}/tls.pem`);
const agent = new http.Agent({ keepAlive: true });
const front = https.createServer({ key: pem, cert: pem }, async (request, reply) => {
  requests++;
  const body = await bodyOf(request);
  // GitHub takes the number of a repository for its name; its description knows only the name.
  const url = new URL(request.url.replace(byNumber, repository), base);
  holdAgainstDescription(request, url, body);
  const onward = http.request({ host: '127.0.0.1', port: prismPort, method: request.method, agent, headers: request.headers,
                                path: url.pathname + url.search }, async answer => {
    const text = await bodyOf(answer);
    // Prism speaks in these where a request or a reply breaks the description.
    if (answer.headers['sl-violations'] || `${text}`.includes('stoplight.io/prism/errors'))
      violations.push(`${request.method} ${request.url} ${body}: ${answer.headers['sl-violations'] ?? text}`);
    reply.writeHead(answer.statusCode, answer.headers);
    reply.end(text);
  });
  onward.on('error', () => reply.destroy());
  onward.end(body);
});
const frontPort = await listening(front);
base = `https://localhost:${frontPort}`;

const prism = spawn(process.execPath, [`${modules}/node_modules/@stoplight/prism-cli/dist/index.js`, 'proxy',
                                       `${work}/description.json`, `http://127.0.0.1:${stubPort}`, '--errors', '--port',
                                       String(prismPort), '--host', '127.0.0.1'],
                    { stdio: ['ignore', fs.openSync(`${work}/prism.log`, 'w'), fs.openSync(`${work}/prism.err`, 'w')] });
const end = () => process.exit(0);
prism.on('exit', end);
process.on('exit', () => prism.kill('SIGKILL'));  // also where something here throws
process.stdin.resume().on('end', end).on('error', end);
setTimeout(end, 1200000);

const answers = () => new Promise(done => http.get({ port: prismPort, path: '/user' }, reply =>
  done(reply.resume())).on('error', () => done(null)));
while (!await answers()) await new Promise(done => setTimeout(done, 200));
console.log(JSON.stringify({ front: frontPort, stub: stubPort, description: whole.info.version }));
