import type { OperationName } from '../desk.ts'

/** Before the name of the operation: this confirmation is by the one whose account it is, not by the asker's manager. */
const ofPerson = 'person:'

/** What a confirmation by the person concerned is for. */
export function personPurpose(operation: OperationName): string {
  return `${ofPerson}${operation}`
}

/** Whether a confirmation is one by the person concerned. */
export function isOfPerson(purpose: string): boolean {
  return purpose.startsWith(ofPerson)
}
