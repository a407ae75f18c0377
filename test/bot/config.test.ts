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
    assert.deepEqual(settings.teams?.credential, { certificate: 'app.pem' })
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

  it('name an address that is none', () => {
    for (const setting of ['GRAPH_ENDPOINT', 'AUTHORITY']) {
      const faults = faultsOf({ ...good, [setting]: 'graph.microsoft.com' })
      assert.equal(faults.length, 1)
      assert.match(faults[0] ?? '', new RegExp(`^${setting}: must be a URL`))
    }
  })

  it('say which sides may be written: both, where nothing is said; what is none of them is named with what to write', () => {
    assert.equal(loadSettings(good).directory, 'hybrid')
    assert.equal(loadSettings({ ...good, HELPBOT_DIRECTORY: '' }).directory, 'hybrid')
    for (const type of ['hybrid', 'entra', 'on-premises'])
      assert.equal(loadSettings({ ...good, HELPBOT_DIRECTORY: type }).directory, type)
    for (const wrong of ['ad', 'Hybrid', 'both', 'on-premises,entra']) {
      const faults = faultsOf({ ...good, HELPBOT_DIRECTORY: wrong })
      assert.equal(faults.length, 1, wrong)
      assert.match(faults[0] ?? '', /^HELPBOT_DIRECTORY: .*hybrid, entra \(.*\) or on-premises \(/)
    }
  })

  const slack = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: '0123456789abcdef', SLACK_TEAM_ID: 'T01' }

  it('take Slack beside Teams or instead of it, and trust its sign-in only when told to', () => {
    const both = loadSettings({ ...good, ...slack })
    assert.equal(both.slack?.teamId, 'T01')
    assert.equal(both.slack?.mfaRequired, false)
    assert.equal(both.slack?.apiUrl, 'https://slack.com/api/')
    const alone = loadSettings({ ...good, ...slack, TEAMS_APP_ID: '', SLACK_TRUST: 'mfa-required' })
    assert.equal(alone.teams, undefined)
    assert.equal(alone.slack?.mfaRequired, true)
  })

  it('need a chat product, all of what it needs, and one IT channel with the group of those who may act in it', () => {
    const names = (more: Record<string, string>) => faultsOf({ ...good, ...more }).map((fault) => fault.split(':')[0])
    assert.deepEqual(names({ TEAMS_APP_ID: '' }), ['TEAMS_APP_ID'])
    assert.deepEqual(names({ SLACK_TEAM_ID: 'T01' }), ['SLACK_BOT_TOKEN'])
    assert.deepEqual(names({ SLACK_BOT_TOKEN: 'xoxb-1' }), ['SLACK_TEAM_ID', 'SLACK_SIGNING_SECRET'])
    const channels = { TEAMS_IT_CHANNEL: '19:a@thread.tacv2', SLACK_IT_CHANNEL: 'C01' }
    assert.deepEqual(names({ ...slack, ...channels }), ['SLACK_IT_CHANNEL', 'HELPBOT_IT_GROUP'])
  })

  it('refuse a practice company that would reach the real Slack', () => {
    assert.match(
      faultsOf({ ...good, ...slack, HELPBOT_PRACTICE: '1' }).join(),
      /SLACK_API_URL: practice mode reaches only/,
    )
  })

  it('say whose word counts on where requests come from: loopback, unless others are named', () => {
    assert.equal(loadSettings(good).trustedProxies.trusts('127.0.0.1'), true)
    assert.equal(loadSettings(good).trustedProxies.trusts('10.0.4.9'), false)
    const named = loadSettings({ ...good, HELPBOT_TRUSTED_PROXIES: '10.0.4.0/24' }).trustedProxies
    assert.deepEqual([named.trusts('10.0.4.9'), named.trusts('127.0.0.1')], [true, false])
    assert.equal(loadSettings({ ...good, HELPBOT_TRUSTED_PROXIES: 'none' }).trustedProxies.trusts('127.0.0.1'), false)
    const [fault, ...more] = faultsOf({ ...good, HELPBOT_TRUSTED_PROXIES: 'loopback, proxy.example.com, 10.0.0.0/40' })
    assert.deepEqual(more, [])
    assert.match(fault ?? '', /^HELPBOT_TRUSTED_PROXIES: "proxy\.example\.com", "10\.0\.0\.0\/40": must be loopback, /)
  })

  it('take no token for the metrics that could be guessed', () => {
    const token = 'x'.repeat(20)
    assert.equal(loadSettings({ ...good, HELPBOT_METRICS_TOKEN: token }).metricsToken, token)
    assert.match(faultsOf({ ...good, HELPBOT_METRICS_TOKEN: 'short' })[0] ?? '', /^HELPBOT_METRICS_TOKEN: must be 20/)
  })

  it('keep conversations for 30 days, or for as long as is said, but never for less than a week', () => {
    const day = 86_400_000
    assert.equal(loadSettings(good).retention, 30 * day)
    assert.equal(loadSettings({ ...good, HELPBOT_RETENTION: '90 days' }).retention, 90 * day)
    assert.equal(loadSettings({ ...good, HELPBOT_RETENTION: '1 w' }).retention, 7 * day)
    for (const wrong of ['6 days', '1 min'])
      assert.deepEqual(faultsOf({ ...good, HELPBOT_RETENTION: wrong }), ['HELPBOT_RETENTION: must be at least 7 days'])
    for (const wrong of ['30', '0 days', 'forever', '4000 days'])
      assert.match(
        faultsOf({ ...good, HELPBOT_RETENTION: wrong }).join(),
        /^HELPBOT_RETENTION: must be a length of time/,
      )
  })

  describe('of the stores', () => {
    const on = (name: 'DATABASE_URL' | 'REDIS_URL', values: readonly string[]) =>
      values.filter((value) => faultsOf({ ...good, [name]: value }).some((fault) => fault.startsWith(name)))
    const clear = [
      'postgres://u:p@db.example.com/helpbot',
      'postgres://u:p@10.0.0.7/helpbot?sslmode=disable',
      'postgres://u:p@db.example.com/helpbot?sslmode=prefer',
      'postgres://u:p@db.example.com/helpbot?sslmode=no-verify',
      'postgres://u:p@db.example.com/helpbot?sslmode=verify-full&sslmode=disable',
      'postgres://u:p@db.example.com/helpbot?sslmode=require&uselibpqcompat=true',
      'postgres://u:p@localhost/helpbot?host=db.example.com',
      'postgres://u:p@127.0.0.1.example.com/helpbot',
      'postgres://u:p@db:99999/helpbot',
    ]
    const fine = [
      'postgres://u:p@127.0.0.1:5432/helpbot',
      'postgres://u:p@localhost/helpbot?sslmode=disable',
      'postgres://u:p@[::1]/helpbot',
      'postgresql://u:p@%2Fvar%2Frun%2Fpostgresql/helpbot',
      'postgres://u:p@db.example.com/helpbot?host=/var/run/postgresql',
      'postgres:///helpbot',
      'postgres://u:p@db.example.com/helpbot?sslmode=verify-full',
      'postgres://u:p@db.example.com/helpbot?sslmode=require&application_name=x',
      'postgres://u:p@db.example.com/helpbot?ssl=true',
    ]

    it('refuse a PostgreSQL or Redis on another machine without TLS, and say what to write', () => {
      assert.deepEqual(on('DATABASE_URL', [...clear, ...fine]), clear)
      const redis = ['redis://cache.example.com', 'redis://:secret@10.0.0.8:6379']
      const safe = ['redis://127.0.0.1:6379', 'redis://localhost', 'redis://[::1]', 'rediss://cache.example.com']
      assert.deepEqual(on('REDIS_URL', [...redis, ...safe]), redis)
      const [fault = ''] = faultsOf({ ...good, DATABASE_URL: String(clear[0]) })
      assert.match(fault, /^DATABASE_URL: .*end it with \?sslmode=verify-full, or set HELPBOT_INSECURE_STORES=yes/)
      assert.doesNotMatch(fault, /u:p/)
    })

    it('refuse one that PGHOST sends to another machine', () => {
      const elsewhere = { ...good, DATABASE_URL: 'postgres:///helpbot', PGHOST: 'db.example.com' }
      assert.match(faultsOf(elsewhere).join(), /^DATABASE_URL/)
    })

    it('are taken as they are where the owner says so', () => {
      const stores = { DATABASE_URL: clear[0], REDIS_URL: 'redis://cache', HELPBOT_INSECURE_STORES: 'yes' }
      assert.equal(loadSettings({ ...good, ...stores }).databaseUrl, clear[0])
    })
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
