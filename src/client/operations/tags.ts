// Made from the table in src/contract/operations/ by npm run docs; not edited by hand.
import type { Call, OptionalCall } from '../call.ts'
import type { KeyDetails, Tag } from './shapes.ts'

/**
 * What `batchCreateKmsTags` takes.
 */
export interface BatchCreateKmsTagsRequest {
  readonly key_id: string
  readonly tags: readonly {
    readonly key: string
    readonly value?: string
  }[]
  readonly action: 'create' | 'delete'
  readonly sequence?: string | undefined
}

/**
 * What `createKmsTag` takes.
 */
export interface CreateKmsTagRequest {
  readonly key_id: string
  readonly tag: {
    readonly key: string
    readonly value?: string
  }
  readonly sequence?: string | undefined
}

/**
 * What `deleteTag` takes.
 */
export interface DeleteTagRequest {
  readonly key_id: string
  readonly key: string
}

/**
 * What `listKmsByTags` takes.
 */
export interface ListKmsByTagsRequest {
  readonly resource_instances: 'resource_instances'
  readonly action: 'filter' | 'count'
  /** The parameter limit must be 1 to 1000. */
  readonly limit?: string | number | undefined
  readonly offset?: string | number | undefined
  readonly tags?: readonly {
    readonly key: string
    readonly values?: readonly string[]
  }[] | undefined
  readonly matches?: readonly {
    readonly key: string
    readonly value?: string
  }[] | undefined
  readonly sequence?: string | undefined
}

/**
 * What `listKmsByTags` answers.
 */
export interface ListKmsByTagsReply {
  /** Left out by `count`. */
  readonly resources?: readonly {
    readonly resource_id: string
    readonly resource_detail: KeyDetails
    readonly resource_name: string
    readonly tags: readonly Tag[]
  }[]
  readonly total_count: number
}

/**
 * What `listKmsTags` answers.
 */
export interface ListKmsTagsReply {
  readonly tags: readonly {
    readonly key: string
    readonly values: readonly string[]
  }[]
}

/**
 * What `showKmsTags` takes.
 */
export interface ShowKmsTagsRequest {
  readonly key_id: string
}

/**
 * What `showKmsTags` answers.
 */
export interface ShowKmsTagsReply {
  readonly tags: readonly Tag[]
  readonly existTagsNum: number
}

/** Operations on: Tags. */
export interface TagsOperations {
  /**
   * Put several tags on a key, or take them from it.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0406: The key of a tag is not valid.
   * - 400 KMS.0411: The key of a tag has 1 to 128 characters.
   * - 400 KMS.0405: The value of a tag is not valid.
   * - 400 KMS.0410: The value of a tag has at most 255 characters.
   * - 400 KMS.0401: The list of tags is empty.
   * - 400 KMS.0409: A key has at most {max} tags.
   * - 404 KMS.0416: The tag does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0404: The parameter action is not valid.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmkTag:batch).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmkTag:batch).
   */
  readonly batchCreateKmsTags: Call<BatchCreateKmsTagsRequest, Readonly<Record<never, never>>>
  /**
   * Put a tag on a key, in place of an older one of that name.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 400 KMS.0406: The key of a tag is not valid.
   * - 400 KMS.0411: The key of a tag has 1 to 128 characters.
   * - 400 KMS.0405: The value of a tag is not valid.
   * - 400 KMS.0410: The value of a tag has at most 255 characters.
   * - 400 KMS.0409: A key has at most {max} tags.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmkTag:create).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmkTag:create).
   */
  readonly createKmsTag: Call<CreateKmsTagRequest, Readonly<Record<never, never>>>
  /**
   * Take a tag from a key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0210: The key is waiting for its deletion.
   * - 400 KMS.0211: A default master key does not allow this operation.
   * - 404 KMS.0416: The tag does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmkTag:delete).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmkTag:delete).
   */
  readonly deleteTag: Call<DeleteTagRequest, Readonly<Record<never, never>>>
  /**
   * List or count the keys of a project that have certain tags.
   *
   * Refused with:
   * - 400 KMS.1601: The parameter limit must be 1 to 1000.
   * - 400 KMS.0417: The parameter offset is out of range.
   * - 400 KMS.0418: With the action count, offset and limit are not wanted.
   * - 400 KMS.0406: The key of a tag is not valid.
   * - 400 KMS.0405: The value of a tag is not valid.
   * - 400 KMS.0413: A tag has at most {max} values to look for.
   * - 400 KMS.0412: The list of tag keys is not valid: no key twice, and not too many.
   * - 400 KMS.0403: A key in matches is not valid: only resource_name is.
   * - 400 KMS.0402: A value in matches is not valid.
   * - 400 KMS.0408: The resource type is not valid.
   * - 400 KMS.0404: The parameter action is not valid.
   * - 400 KMS.0206: The parameter sequence is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmkTag:listInstance).
   */
  readonly listKmsByTags: Call<ListKmsByTagsRequest, ListKmsByTagsReply>
  /**
   * List the tags of all keys of a project, each name with its values.
   *
   * Refused with:
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmkTag:list).
   */
  readonly listKmsTags: OptionalCall<Readonly<Record<never, never>>, ListKmsTagsReply>
  /**
   * List the tags of a key.
   *
   * Refused with:
   * - 404 KMS.0207: The key does not exist.
   * - 400 KMS.0205: The parameter key_id is malformed.
   * - 403 KMS.0307: The user has no permission for this operation (kms:cmkTag:listKey).
   * - 403 KMS.0306: The user has no permission for this key (kms:cmkTag:listKey).
   */
  readonly showKmsTags: Call<ShowKmsTagsRequest, ShowKmsTagsReply>
}
