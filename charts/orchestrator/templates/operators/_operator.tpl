{{- /* A Subscription, named as its package. */ -}}
{{- define "orchestrator.subscription" -}}
{{- $subscription := .operator.subscription -}}
---
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata:
  name: {{ $subscription.name | quote }}
  namespace: {{ $subscription.namespace | quote }}
  {{- include "orchestrator.metadata" (dict "root" .root "wave" 0 "keep" .root.Values.keep.operators) | nindent 2 }}
spec:
  name: {{ $subscription.name | quote }}
  channel: {{ $subscription.channel | quote }}
  installPlanApproval: {{ $subscription.installPlanApproval }}
  source: {{ $subscription.sourceName | quote }}
  sourceNamespace: {{ $subscription.sourceNamespace | quote }}
  {{- with $subscription.startingCSV }}
  startingCSV: {{ . | quote }}
  {{- end }}
{{- end -}}

{{- /* For all namespaces: both operators know no other way of installing. */ -}}
{{- define "orchestrator.operatorGroup" -}}
---
apiVersion: operators.coreos.com/v1
kind: OperatorGroup
metadata:
  name: {{ .name | quote }}
  namespace: {{ .operator.subscription.namespace | quote }}
  {{- include "orchestrator.metadata" (dict "root" .root "wave" 0 "keep" .root.Values.keep.operators) | nindent 2 }}
spec: {}
{{- end -}}
