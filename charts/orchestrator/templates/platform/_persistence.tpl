{{- /* Where a service's tables are. .schema: its own; without one (workflows) the operator takes the workflow's name. */ -}}
{{- define "orchestrator.postgresql" -}}
{{- $postgres := .root.Values.postgres -}}
postgresql:
  secretRef:
    name: {{ $postgres.authSecret.name | quote }}
    userKey: {{ $postgres.authSecret.userKey | quote }}
    passwordKey: {{ $postgres.authSecret.passwordKey | quote }}
  {{- if $postgres.jdbcUrl }}
  {{- $joint := contains "?" $postgres.jdbcUrl | ternary "&" "?" }}
  jdbcUrl: {{ .schema | empty | ternary $postgres.jdbcUrl (printf "%s%scurrentSchema=%s" $postgres.jdbcUrl $joint .schema) | quote }}
  {{- else }}
  serviceRef:
    name: {{ $postgres.serviceName | quote }}
    namespace: {{ $postgres.serviceNamespace | default (include "orchestrator.namespace" .root) | quote }}
    port: {{ $postgres.port }}
    databaseName: {{ $postgres.database | quote }}
    {{- with .schema }}
    databaseSchema: {{ . | quote }}
    {{- end }}
  {{- end }}
{{- end -}}

{{- define "orchestrator.servicePersistence" -}}
persistence:
  {{- with .root.Values.orchestrator.sonataflowPlatform.dbMigrationStrategy }}
  dbMigrationStrategy: {{ . }}
  {{- end }}
  {{- include "orchestrator.postgresql" . | nindent 2 }}
{{- end -}}
