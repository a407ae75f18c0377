import express from 'express'
import { TeamsAdapter, teamsAuthentication } from '../../bot/channels/teams-authentication.ts'
import { genuineToken } from '../../bot/channels/teams-genuine.ts'
import { teamsTokens } from '../../bot/channels/teams-tokens.ts'
import { loadSettings } from '../../bot/config.ts'

/** The baseline: CloudAdapter with the same token checks both ways, answering every message with its own text. */
const settings = loadSettings(process.env)
const { teams } = settings
if (!teams) throw new Error('the baseline needs the settings of Teams')
const tokens = teamsTokens(teams, settings.authority, () => new Date())
const adapter = new TeamsAdapter(
  teamsAuthentication(teams, settings.authority, tokens),
  genuineToken(teams, settings.authority),
)
const app = express()
app.get('/healthz', (_request, response) => void response.json({ alive: true }))
app.post('/api/messages', express.json(), (request, response) => {
  void adapter.process(request, response, async (context) => {
    if (context.activity.type === 'message') await context.sendActivity(context.activity.text)
  })
})
app.listen(settings.port, settings.host)
