import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * An address of this machine's own network (127.0.0.0/8) on which nobody listens for LDAP. Linux answers on all of them.
 * @throws Error that says what is needed where ports below 1024 may not be listened on
 */
export async function freeAddress(): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt++) {
    // 127.0 is left to everybody else, and the last number to networks and broadcasts.
    const address = `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(2, 255)}`
    const failures = await Promise.all([failureToListen(address, 636), failureToListen(address, 389)])
    if (failures.every((failure) => failure === undefined)) return address
    if (failures.includes('EACCES')) throw new Error(needsPorts)
    if (failures.includes('EADDRNOTAVAIL'))
      throw new Error(`${address} cannot be listened on: a practice domain controller needs Linux`)
  }
  throw new Error('no free address was found in 127.0.0.0/8 with ports 389 and 636')
}

const needsPorts =
  'A domain controller listens on ports 389 and 636. Run this as root, or let everybody listen there: ' +
  'sudo sysctl net.ipv4.ip_unprivileged_port_start=389'

async function failureToListen(address: string, port: number): Promise<string | undefined> {
  const server = createServer()
  return await new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'))
    server.listen(port, address, () => server.close(() => resolve(undefined)))
  })
}
