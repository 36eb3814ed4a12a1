// An identity provider for the long test: npm's `oidc-provider` as it comes, with its own pages for signing in.
// Prints its issuer, reads the client's redirect address from stdin, and prints `ready`.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

const [clientId, clientSecret] = process.argv.slice(2);

function key(kind, options, names) {
  const { privateKey } = generateKeyPairSync(kind, options);
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', ...names };
}

function account(subject) {
  const claims = {
    sub: subject,
    email: `${subject}@clinic.example`,
    email_verified: true,
    name: 'Dana Fuller',
    groups: ['cms-editors'],
  };
  return { accountId: subject, claims: async () => claims };
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  console.log(issuer);
  createInterface({ input: process.stdin }).once('line', (redirect) => {
    const provider = new Provider(issuer, {
      clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirect] }],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
      cookies: { keys: ['this process alone'] },
      findAccount: (_, subject) => account(subject),
      jwks: { keys: [key('rsa', { modulusLength: 2048 }, { kid: 'rsa', alg: 'RS256' })] },
      pkce: { required: () => true },
    });
    server.on('request', provider.callback());
    console.log('ready');
  });
});
process.stdin.on('end', () => process.exit(0));
