import type { JsonSchema } from './json-schema.ts'
import type { OpenApiDocument } from './openapi-document.ts'
import type { ApiKind } from './operation.ts'

/** Reference to the parameter that chooses the language of errors. */
export const LANGUAGE = { $ref: '#/components/parameters/Language' } as const

/** Reference to the header that names the request. */
export const REQUEST_ID = { $ref: '#/components/headers/RequestId' } as const

/** Reference to the header that says when to try again. */
export const RETRY_AFTER = { $ref: '#/components/headers/RetryAfter' } as const

const KMS_ERROR = { $ref: '#/components/schemas/Error' } as const

/** References to the body of an error, by API; see `errorReply`. */
export const ERROR_SCHEMA: Readonly<Record<ApiKind, { readonly $ref: string }>> = {
  kms: KMS_ERROR,
  keyturn: KMS_ERROR,
  identity: { $ref: '#/components/schemas/IdentityError' },
}

const TEXT = { type: 'string' } as const

function closed(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', required: Object.keys(properties), properties }
}

/** What operations of the document refer to. */
export const COMPONENTS: Omit<OpenApiDocument['components'], 'responses'> = {
  schemas: {
    Error: closed({
      error: closed({ error_code: TEXT, error_msg: TEXT }),
      error_code: { ...TEXT, description: 'As in `error`, but where a fault says otherwise.' },
      error_msg: TEXT,
      request_id: TEXT,
    }),
    IdentityError: closed({
      error: closed({
        code: { type: 'integer', description: 'The status.' },
        message: TEXT,
        title: TEXT,
      }),
    }),
  },
  parameters: {
    ProjectId: {
      name: 'project_id',
      in: 'path',
      required: true,
      description: 'The project that the token or the access key is for.',
      'x-description-zh': 'Token 或访问密钥所属的项目。',
      schema: TEXT,
    },
    Language: {
      name: 'X-Language',
      in: 'header',
      required: false,
      description: 'Language of error messages; weighs more than Accept-Language.',
      'x-description-zh': '错误信息的语言,优先于 Accept-Language。',
      schema: { type: 'string', enum: ['en-us', 'zh-cn'] },
    },
  },
  headers: {
    RequestId: {
      description: 'Names the request in the audit log.',
      required: true,
      schema: TEXT,
    },
    RetryAfter: {
      description: 'Seconds to wait before trying again.',
      required: true,
      schema: { type: 'integer', minimum: 0 },
    },
  },
  securitySchemes: {
    token: {
      type: 'apiKey',
      in: 'header',
      name: 'X-Auth-Token',
      description: 'A token: `X-Subject-Token` of the reply to `POST /v3/auth/tokens`.',
    },
    signature: {
      type: 'apiKey',
      in: 'header',
      name: 'Authorization',
      description:
        'A signature of the request with an access key: `SDK-HMAC-SHA256 Access=…`, ' +
        '`SDK-HMAC-SHA256 Credential=…` or `V11-HMAC-SHA256 Credential=…`.',
    },
  },
}
