import { describeAccessibility } from './describe-accessibility.ts';

describeAccessibility({ width: 360, height: 720 });
