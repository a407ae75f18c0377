import { appendFileSync } from 'node:fs'
import pg from 'pg'

// Loaded before the bot (`node --import`): writes down every statement it sends to PostgreSQL, each as a line of JSON.
const file = process.env.HELPBOT_TEST_STATEMENTS
const { query } = pg.Client.prototype
if (file !== undefined)
  pg.Client.prototype.query = function (this: pg.Client, ...sent: unknown[]) {
    const [statement] = sent
    const text = typeof statement === 'object' && statement !== null && 'text' in statement ? statement.text : statement
    appendFileSync(file, `${JSON.stringify(String(text).replace(/\s+/g, ' ').trim())}\n`)
    return Reflect.apply(query, this, sent)
  } as typeof query
