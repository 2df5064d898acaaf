// A relying party made of the certified openid-client, driven line by line: a JSON command on standard input, a JSON answer
// on standard output. It never follows redirects itself: the browser belongs to the test.
import * as client from 'openid-client';
import { createInterface } from 'node:readline';

let config, pending, tokens;

const commands = {
  async discover({ issuer, clientId, clientSecret, method, alg }) {
    const authentication = { client_secret_basic: client.ClientSecretBasic, client_secret_post: client.ClientSecretPost }[method];
    config = await client.discovery(
      new URL(issuer), clientId, { id_token_signed_response_alg: alg },
      authentication ? authentication(clientSecret) : client.None(), { execute: [client.allowInsecureRequests] });
    return config.serverMetadata();
  },
  async authorize({ redirectUri, scope, extra }) {
    const verifier = client.randomPKCECodeVerifier();
    pending = { verifier, state: client.randomState(), nonce: client.randomNonce(), maxAge: extra?.max_age };
    const parameters = {
      redirect_uri: redirectUri, scope, state: pending.state, nonce: pending.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...extra };
    return { url: client.buildAuthorizationUrl(config, parameters).href };
  },
  async callback({ url }) {
    tokens = await client.authorizationCodeGrant(config, new URL(url), {
      pkceCodeVerifier: pending.verifier, expectedState: pending.state, expectedNonce: pending.nonce,
      maxAge: pending.maxAge, idTokenExpected: true });
    return { tokens, claims: tokens.claims() };
  },
  async userinfo() {
    return client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  },
  async refresh({ refreshToken }) {
    const before = tokens.claims();
    const fresh = await client.refreshTokenGrant(config, refreshToken ?? tokens.refresh_token);
    if (fresh.claims() && fresh.claims().sub !== before.sub) throw new Error('the subject changed on refresh');
    const idToken = tokens.id_token;
    tokens = fresh;
    return { tokens, claims: tokens.claims(), idTokenBefore: idToken };
  },
  async introspect() {
    return client.tokenIntrospection(config, tokens.access_token);
  },
  async revoke({ token }) {
    await client.tokenRevocation(config, token ?? tokens.access_token);
    return {};
  },
  async endSession({ postLogoutRedirectUri, idToken, state }) {
    const parameters = { post_logout_redirect_uri: postLogoutRedirectUri, id_token_hint: idToken ?? tokens.id_token, state };
    return { url: client.buildEndSessionUrl(config, parameters).href };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...rest } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ ok: await commands[command](rest) }));
  } catch (error) {
    // An error answer to the browser is kept as its query, which JSON would show as nothing.
    const cause = error.cause instanceof URLSearchParams ? Object.fromEntries(error.cause) : error.cause;
    console.log(JSON.stringify({ error: String(error.code ?? error.name), message: String(error.message), cause }));
  }
}
