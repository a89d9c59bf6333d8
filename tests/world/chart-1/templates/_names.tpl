{{- define "fullname" -}}
{{- $name := .Values.upstream.nameOverride -}}
{{- if contains $name .Release.Name }}{{ .Release.Name }}{{ else }}{{ printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{- define "hostname" -}}
{{- .Values.global.host | default (printf "%s-%s.%s" (include "fullname" .) .Release.Namespace .Values.global.clusterRouterBase) -}}
{{- end }}

{{- define "image" -}}
{{- with .Values.upstream.backstage.image }}{{ printf "%s/%s:%s" .registry .repository (toString .tag) }}{{ end -}}
{{- end }}

{{- define "selector" -}}
app.kubernetes.io/name: {{ .Values.upstream.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: backstage
{{- end }}

{{- define "labels" -}}
{{ include "selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "app-config" -}}
{{ tpl (toYaml .Values.upstream.backstage.appConfig) . }}
{{- end }}
