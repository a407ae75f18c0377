import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { ConfigError, loadSettings } from '../../bot/config.ts'

const key = `k1:${Buffer.alloc(32, 1).toString('base64')}`
const tenant = '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'
const good = {
  HELPBOT_KEYS: key,
  GRAPH_TENANT_ID: tenant,
  GRAPH_CLIENT_ID: tenant,
  GRAPH_CERTIFICATE: 'app.pem',
  TEAMS_APP_ID: tenant,
}
const faultsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    loadSettings(environment)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.faults
  }
  return []
}

describe('the settings', () => {
  it('take what is needed and default the rest', () => {
    const settings = loadSettings(good)
    assert.equal(settings.port, 3978)
    assert.equal(settings.graph.endpoint, 'https://graph.microsoft.com')
    assert.deepEqual(settings.teams.credential, { certificate: 'app.pem' })
    assert.equal(settings.practice, false)
  })

  it('name every fault at once, each by its setting', () => {
    const faults = faultsOf({ PORT: 'http', GRAPH_ENDPOINT: 'ftp://x', TEAMS_APP_ID: '7', REDIS_URL: 'localhost' })
    const named = faults.map((fault) => fault.split(':')[0])
    assert.deepEqual(
      new Set(named),
      new Set([
        'PORT',
        'REDIS_URL',
        'HELPBOT_KEYS',
        'GRAPH_TENANT_ID',
        'GRAPH_CLIENT_ID',
        'GRAPH_CERTIFICATE',
        'GRAPH_ENDPOINT',
        'TEAMS_APP_ID',
      ]),
    )
  })

  it('count an empty value as unset', () => assert.equal(loadSettings({ ...good, PORT: '', REDIS_URL: '' }).port, 3978))

  it('never show the value of a faulty setting', () => {
    const text = faultsOf({ ...good, HELPBOT_KEYS: 'k1:not base64 but secret!' }).join()
    assert.match(text, /HELPBOT_KEYS/)
    assert.doesNotMatch(text, /secret/)
  })

  it('refuse practice mode together with a real tenant', () => {
    const faults = faultsOf({ ...good, HELPBOT_PRACTICE: '1' })
    assert.equal(faults.length, 3)
    assert.match(faults.join(), /GRAPH_ENDPOINT.*this machine/)
  })

  it('refuse what belongs to the practice company only', () => {
    assert.match(faultsOf({ ...good, HELPBOT_PLAYGROUND: '1' }).join(), /HELPBOT_PLAYGROUND.*practice company/)
    assert.match(faultsOf({ ...good, TEAMS_TOKEN_ISSUER: 'https://me' }).join(), /TEAMS_TOKEN_ISSUER/)
  })

  it('are all explained in .env.example, and nothing else is', () => {
    const source = readFileSync(new URL('../../bot/config.ts', import.meta.url), 'utf8')
    const known = new Set([...source.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map((match) => match[1]))
    const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8')
    const explained = new Set([...example.matchAll(/^([A-Z][A-Z_]+)=/gm)].map((match) => match[1]))
    assert.deepEqual(explained, known)
  })
})
