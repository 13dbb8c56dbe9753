{{- define "settlement.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "settlement.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "settlement.labels" -}}
{{ include "settlement.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "settlement.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Refuses values that Kubernetes would take and that would bill wrongly, or not at all. */}}
{{- define "settlement.check" -}}
{{- if and (eq .Values.database.engine "Sqlite") (gt (int .Values.replicas) 1) }}
{{- fail (printf "replicas is %d, but on SQLite a store has one worker: set replicas to 1, or database.engine to SqlServer" (int .Values.replicas)) }}
{{- end }}
{{- if and (eq .Values.database.engine "SqlServer") (not .Values.secret.name) }}
{{- fail "secret.name is empty: database.engine SqlServer needs a secret with the connection strings" }}
{{- end }}
{{- if and .Values.rabbitmq.host (not .Values.secret.name) }}
{{- fail "secret.name is empty: rabbitmq.host needs a secret with the password of rabbitmq.username" }}
{{- end }}
{{- end }}

{{- define "settlement.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "settlement.containerSecurity" -}}
readOnlyRootFilesystem: true
allowPrivilegeEscalation: false
capabilities: { drop: [ALL] }
{{- end }}

{{/* Settings that are neither secret nor different for the migration. */}}
{{- define "settlement.settings" -}}
- name: Database__Engine
  value: {{ .Values.database.engine }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}
