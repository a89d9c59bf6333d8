{{- /* How far the release goes: "true" when the stage given as .of is reached. Stages add up. */ -}}
{{- define "orchestrator.reached" -}}
{{- $order := dict "operators" 1 "knative" 2 "platform" 3 -}}
{{- $wanted := .root.Values.stage | default "platform" -}}
{{- if ge (get $order $wanted | int) (get $order .of | int) }}true{{ end -}}
{{- end -}}

{{- define "orchestrator.namespace" -}}
{{- .Values.orchestrator.namespace | default .Release.Namespace -}}
{{- end -}}

{{- define "orchestrator.rhdhNamespace" -}}
{{- .Values.networkPolicy.rhdhNamespace | default .Release.Namespace -}}
{{- end -}}

{{- define "orchestrator.labels" -}}
app.kubernetes.io/name: {{ .Chart.Name | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: orchestrator
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- /* Labels, and annotations where there are any. .wave: 0, 1 or 2; .keep: whether Helm leaves the object behind. */ -}}
{{- define "orchestrator.metadata" -}}
labels:
  {{- include "orchestrator.labels" .root | nindent 2 }}
{{- if or .keep .root.Values.syncWaves }}
annotations:
  {{- if .root.Values.syncWaves }}
  argocd.argoproj.io/sync-wave: {{ .wave | quote }}
  argocd.argoproj.io/sync-options: SkipDryRunOnMissingResource=true
  {{- end }}
  {{- if .keep }}
  helm.sh/resource-policy: keep
  {{- end }}
{{- end }}
{{- end -}}

{{- define "orchestrator.namespaceObject" -}}
---
apiVersion: v1
kind: Namespace
metadata:
  name: {{ .name | quote }}
  {{- include "orchestrator.metadata" . | nindent 2 }}
{{- end -}}

{{- define "orchestrator.databaseSelector" -}}
app.kubernetes.io/name: sonataflow-postgresql
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- /* The namespaces that may talk to the services, by name, each once. */ -}}
{{- define "orchestrator.peers" -}}
{{- $names := list (include "orchestrator.rhdhNamespace" .) .Values.sonataFlowOperator.subscription.namespace -}}
{{- $names = concat $names (list "knative-eventing" "knative-serving" "knative-serving-ingress") -}}
{{- if .Values.networkPolicy.openshiftMonitoring -}}
{{- $names = append $names "openshift-user-workload-monitoring" -}}
{{- end -}}
{{- concat $names .Values.networkPolicy.additionalNamespaces | uniq | toYaml -}}
{{- end -}}
