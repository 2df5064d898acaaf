// A certified upstream: npm's oidc-provider in the place of Macao's platform. Sign-in and consent are answered by itself, for the
// account named in the environment. Prints one line when it listens.
import * as crypto from 'node:crypto';
import http from 'node:http';
import Provider from 'oidc-provider';

const { PORT, REDIRECT_URI, CLIENT_ID, CLIENT_SECRET, ACCOUNT, CLAIMS } = process.env;
const issuer = `http://127.0.0.1:${PORT}`;
const key = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const claims = JSON.parse(CLAIMS);
const provider = new Provider(issuer, {
  clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [REDIRECT_URI], id_token_signed_response_alg: 'ES256' }],
  jwks: { keys: [{ ...key, use: 'sig', alg: 'ES256', kid: 'upstream-1' }] },
  cookies: { keys: [crypto.randomBytes(32).toString('hex')] },
  claims: { openid: ['sub'], profile: Object.keys(claims) },
  conformIdTokenClaims: false,
  pkce: { required: () => process.env.PKCE !== 'optional' },
  features: { devInteractions: { enabled: false } },
  acrValues: process.env.ACR ? [process.env.ACR] : [],
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  async findAccount(_, id) { return { accountId: id, claims: async () => ({ sub: id, ...claims }) }; },
});
const handle = provider.callback();
http.createServer(async (request, response) => {
  if (!request.url.startsWith('/interaction/')) return handle(request, response);
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: ACCOUNT, clientId: params.client_id });
  grant.addOIDCScope('openid profile');
  const result = { login: { accountId: ACCOUNT, acr: process.env.ACR, amr: ['pwd'] }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}).listen(Number(PORT), '127.0.0.1', () => console.log('listening', issuer));
