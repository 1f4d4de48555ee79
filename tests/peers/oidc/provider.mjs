// SPDX-License-Identifier: Apache-2.0
// A provider as an institute runs one: node provider.mjs PORT REDIRECT-ADDRESS KEY-ID CLAIMS-IN-ID-TOKEN
// Everybody may sign in under any name; the person's claims follow from the name.
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const [port, redirect, keyId, inToken] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync(keyId.startsWith('ec') ? 'ec' : 'rsa', keyId.startsWith('ec') ? { namedCurve: 'P-256' } : { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), kid: keyId, use: 'sig', alg: keyId.startsWith('ec') ? 'ES256' : 'RS256' };

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'madang',
    client_secret: 'a secret of / two : words',
    redirect_uris: [redirect],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    id_token_signed_response_alg: key.alg,
  }],
  jwks: { keys: [key] },
  cookies: { keys: ['for a test'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
  conformIdTokenClaims: inToken !== 'yes',
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
  findAccount: (_context, subject) => ({
    accountId: subject,
    claims: () => ({
      sub: subject,
      email: `${subject}@institute.example`,
      email_verified: !subject.startsWith('unverified'),
      preferred_username: subject,
      name: `연구원 ${subject}`,
    }),
  }),
});
provider.listen(Number(port), '127.0.0.1', () => console.log('ready'));
