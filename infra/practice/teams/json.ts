/** A JSON object whose members have not been checked yet. */
export type JsonObject = { readonly [name: string]: unknown }

/** Tells a JSON object from an array, null or a plain value. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
