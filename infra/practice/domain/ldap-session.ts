import { Client, InvalidCredentialsError } from 'ldapts'

/** Where a controller is and what it is trusted by. */
export interface LdapEndpoint {
  readonly url: string
  /** Name in its certificate. */
  readonly host: string
  readonly ca: string
}

export interface Login {
  readonly dn: string
  readonly password: string
}

/** Binds on a connection of its own, which ends with the work. A failed connection is never used again (ldapts keeps stale bytes). */
export async function asAccount<T>(
  endpoint: LdapEndpoint,
  login: Login,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({
    url: endpoint.url,
    timeout: 30_000,
    connectTimeout: 5_000,
    tlsOptions: { ca: endpoint.ca, servername: endpoint.host },
  })
  try {
    await client.bind(login.dn, login.password)
    return await work(client)
  } finally {
    // It may be gone already, which is no failure of the work.
    await client.unbind().catch(() => undefined)
  }
}

/**
 * What the controller answers to a simple bind: `ok`, or the `data` code of error 49 (MS-ADTS 3.1.1.3.2.2 and winerror): 52e wrong or
 * unknown, 775 locked, 773 must change, 532 password expired, 533 disabled, 701 account expired.
 */
export async function bindAnswer(endpoint: LdapEndpoint, name: string, password: string): Promise<string> {
  if (password === '') throw new Error('an empty password binds as nobody and proves nothing')
  try {
    return await asAccount(endpoint, { dn: name, password }, async () => 'ok')
  } catch (error) {
    const code = error instanceof InvalidCredentialsError ? /\bdata ([0-9a-f]+)/i.exec(error.message)?.[1] : undefined
    if (code === undefined) throw error
    return code.toLowerCase()
  }
}
