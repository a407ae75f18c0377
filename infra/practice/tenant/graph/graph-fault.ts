/** A refused Graph call: becomes Graph's error envelope. The message holds nothing secret. */
export class GraphFault extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'GraphFault'
    this.status = status
    this.code = code
  }
}

export const badRequest = (message: string) => new GraphFault(400, 'Request_BadRequest', message)

export const unsupportedQuery = (message: string) => new GraphFault(400, 'Request_UnsupportedQuery', message)

export const denied = () =>
  new GraphFault(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')

export const notFound = (id: string) =>
  new GraphFault(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  )

/** What Entra ID says to a change of an object whose source of authority is on-premises. */
export const masteredOnPremises = () =>
  badRequest(
    'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.',
  )
