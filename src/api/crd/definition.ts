/** The CustomResourceDefinition of a kind, as plain data. */
import type { z } from 'zod';
import { kinds } from '../group.ts';
import { GROUP, type KindName, VERSION } from '../names.ts';
import { celValidation, celValidationsOf } from '../rule.ts';
import { printerColumns } from './printer-columns.ts';
import { type StructuralSchema, structuralSchema } from './structural.ts';

/** Schema of a kind's whole object, with the transition rules at `spec`. */
export function openApiSchema(kind: KindName): StructuralSchema {
  const { schema, transitions } = kinds[kind];
  const spec = structuralSchema(schema.shape['spec'] as z.ZodType, 'spec');
  const status = structuralSchema(schema.shape['status'] as z.ZodType, 'status');
  return {
    type: 'object',
    description: String((schema as z.ZodType).meta()?.description),
    required: ['spec'],
    properties: {
      apiVersion: { type: 'string', description: 'Always optimism.io/v1alpha1.' },
      kind: { type: 'string', description: `Always ${kind}.` },
      metadata: { type: 'object' },
      spec: {
        ...spec,
        'x-kubernetes-validations': [...(spec['x-kubernetes-validations'] ?? []), ...transitions.map(celValidation)],
      },
      status: withoutValidations(status),
    },
    'x-kubernetes-validations': celValidationsOf(schema),
  };
}

/** Status is written by the operator alone: the patterns stay, the words for people would only make the CRD larger. */
function withoutValidations(schema: StructuralSchema): StructuralSchema {
  const { 'x-kubernetes-validations': _, items, properties, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(items === undefined ? {} : { items: withoutValidations(items) }),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, value]) => [name, withoutValidations(value)]),
          ),
        }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: withoutValidations(additionalProperties) }),
  };
}

/** The CRD of a kind. */
export function customResourceDefinition(kind: KindName) {
  const { plural, singular, shortNames } = kinds[kind];
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { kind, listKind: `${kind}List`, plural, singular, shortNames, categories: ['opstack'] },
      scope: 'Namespaced',
      versions: [
        {
          name: VERSION,
          served: true,
          storage: true,
          additionalPrinterColumns: printerColumns[kind],
          subresources: { status: {} },
          schema: { openAPIV3Schema: openApiSchema(kind) },
        },
      ],
    },
  };
}
