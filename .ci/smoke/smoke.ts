// Uses a live server with the TypeScript client that openapi-generator makes of its description: .ci/clients runs it.

import {
  ChecksApi, Configuration, ErrorResponseFromJSON, MembershipsApi, PermissionsApi, ResponseError, RolesApi, ServerApi,
} from './generated/index.js';

const [basePath, accessToken] = process.argv.slice(2);

function check(holds: boolean | undefined, what: string) {
  if (!holds) throw new Error(`not as described: ${what}`);
}

const anonymous = new Configuration({ basePath });
check((await new ServerApi(anonymous).ping()).message === 'PONG', 'ping');
check((await new ServerApi(anonymous).health()).database.poolSize > 0, 'health');
const refusal = await new RolesApi(anonymous).createRole({ role: 'editor' }).then(
  () => { throw new Error('a request without a client key succeeded'); },
  (error: unknown) => (error as ResponseError).response);
check(refusal.status === 401 && ErrorResponseFromJSON(await refusal.json()).code === 401, '401');

const configuration = new Configuration({ basePath, accessToken });
const roles = new RolesApi(configuration);
const checks = new ChecksApi(configuration);
const memberships = new MembershipsApi(configuration);
check((await roles.createRole({ role: 'editor' })).result, 'createRole');
check((await roles.createRole({ role: 'author' })).result, 'createRole');
check((await memberships.addMember({ user: 'auth0|ann', role: 'editor' })).result, 'addMember');
check((await new PermissionsApi(configuration).grantPermission({ role: 'editor', name: 'article:publish' })).result,
  'grantPermission');
check((await checks.userHasPermission(
  { user: 'auth0|ann', name: 'article:publish', requestTimeout: '5', xRequestID: 'smoke-ts' })).data.hasPermission,
'userHasPermission');
check(!(await memberships.isMember({ user: 'bob', role: 'editor' })).data.hasPermission, 'isMember');
check((await roles.describeRole({ role: 'editor', roleDescription: { description: 'Edits' } })).data.result, 'describeRole');

const { results } = (await checks.checkPermissions({ batchCheck: { checks: [
  { user: 'auth0|ann', permission: 'article:publish' }, { user: 'a b', permission: 'article:publish' }] } })).data;
check(results[0].hasPermission && results[1].error !== undefined, 'checkPermissions');

const page = await roles.listRolesRaw({ limit: 1, xRequestID: 'smoke-ts' });
check((await page.value()).result[0].role === 'author', 'the first page');
check(page.raw.headers.get('X-Request-ID') === 'smoke-ts', 'the id of the request');
const after = /after=([^&>]*)/.exec(page.raw.headers.get('Link') ?? '')?.[1];
check((await roles.listRoles({ limit: 1, after })).result[0].description === 'Edits', 'the next page');
check((await memberships.listMembers({ role: 'editor' })).result.map((member) => member.user).join() === 'auth0|ann',
  'listMembers');
check((await roles.deleteRole({ role: 'editor' })).data.result, 'deleteRole');
console.log('The TypeScript client works');
