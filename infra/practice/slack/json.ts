export { isJsonObject, type JsonObject } from '../teams/json.ts'
