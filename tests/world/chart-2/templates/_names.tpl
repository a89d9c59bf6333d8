{{- define "fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- if contains $name .Release.Name }}{{ .Release.Name }}{{ else }}{{ printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{- define "hostname" -}}
{{- .Values.host | default (printf "%s-%s.%s" (include "fullname" .) .Release.Namespace .Values.openshift.clusterRouterBase) -}}
{{- end }}

{{- define "image" -}}
{{- printf "%s/%s:%s" .registry .repository (toString .tag) -}}
{{- end }}

{{- define "selector" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: backstage
{{- end }}

{{- define "labels" -}}
{{ include "selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "app-config" -}}
{{ tpl (toYaml .Values.appConfig) . }}
{{- end }}

{{- define "plugins" -}}
{{- $more := ternary .Values.orchestrator.plugins (list) .Values.orchestrator.enabled -}}
{{ tpl (toYaml (dict "includes" .Values.dynamicPlugins.includes "plugins" (concat .Values.dynamicPlugins.plugins $more | default list))) . }}
{{- end }}
