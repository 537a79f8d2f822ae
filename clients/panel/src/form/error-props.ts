import { errorId, type WidgetProps } from '@rjsf/utils';

/** What ties an input to its errors, for those who hear the page. */
export function errorProps({
  id,
  rawErrors,
}: {
  readonly id: string;
  readonly rawErrors: WidgetProps['rawErrors'] | undefined;
}) {
  const isWrong = rawErrors !== undefined && rawErrors.length > 0;
  return isWrong ? { 'aria-invalid': true, 'aria-describedby': errorId(id) } : {};
}
