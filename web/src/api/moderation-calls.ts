import type { Client } from 'openapi-fetch';
import type { Take } from './calls';
import type { paths } from './schema';
import type {
  AuditEntry,
  AuditQuery,
  Ban,
  Page,
  Report,
  ReportDraft,
  ReportEdit,
  ReportState,
} from './types';

/** What keeps order in a guild. A reason is for the audit log. */
export function moderationCalls(http: Client<paths>, take: Take) {
  const of = (guild: string, user: string) => ({ path: { guild, user } });
  return {
    nameMember: (guild: string, user: string, nickname: string) =>
      take(
        http.PATCH('/api/v1/guilds/{guild}/members/{user}', { params: of(guild, user), body: { nickname } }),
      ),
    kick: (guild: string, user: string, reason: string) =>
      take(
        http.DELETE('/api/v1/guilds/{guild}/members/{user}', {
          params: { ...of(guild, user), query: { reason } },
        }),
      ),
    timeOut: (guild: string, user: string, seconds: number, reason: string) =>
      take(
        http.PUT('/api/v1/guilds/{guild}/members/{user}/time-out', {
          params: of(guild, user),
          body: { seconds, reason },
        }),
      ),
    endTimeOut: (guild: string, user: string) =>
      take(http.DELETE('/api/v1/guilds/{guild}/members/{user}/time-out', { params: of(guild, user) })),
    bans: (guild: string, after?: string): Promise<Page<Ban>> =>
      take(http.GET('/api/v1/guilds/{guild}/bans', { params: { path: { guild }, query: { after } } })),
    ban: (guild: string, user: string, reason: string) =>
      take(http.PUT('/api/v1/guilds/{guild}/bans/{user}', { params: of(guild, user), body: { reason } })),
    unban: (guild: string, user: string) =>
      take(http.DELETE('/api/v1/guilds/{guild}/bans/{user}', { params: of(guild, user) })),
    fileReport: (guild: string, body: ReportDraft) =>
      take(http.POST('/api/v1/guilds/{guild}/reports', { params: { path: { guild } }, body })),
    reports: (guild: string, state: ReportState, after?: string): Promise<Page<Report>> =>
      take(
        http.GET('/api/v1/guilds/{guild}/reports', { params: { path: { guild }, query: { state, after } } }),
      ),
    editReport: (guild: string, report: string, body: ReportEdit) =>
      take(
        http.PATCH('/api/v1/guilds/{guild}/reports/{report}', { params: { path: { guild, report } }, body }),
      ),
    auditLog: (guild: string, query: AuditQuery): Promise<Page<AuditEntry>> =>
      take(http.GET('/api/v1/guilds/{guild}/audit-log', { params: { path: { guild }, query } })),
  };
}
