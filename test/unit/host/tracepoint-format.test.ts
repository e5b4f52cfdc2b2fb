import { describe, expect, it } from 'vitest';
import { parseTracepointFormat } from '../../../src/host/tracepoint-format';

const text = `name: sched_process_exec
ID: 365
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;
\tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;
\tfield:unsigned long args[6];\toffset:16;\tsize:48;\tsigned:0;
\tfield:const char * name;\toffset:64;\tsize:8;\tsigned:0;
\tfield:char comm[TASK_COMM_LEN];\toffset:72;\tsize:16;\tsigned:0;
\tfield:__rel_loc cpumask_t[] cpus;\toffset:88;\tsize:4;
\tfield:u8 matrix[2][3];\toffset:92;\tsize:6;\tsigned:0;
\tfield:s16 words[];\toffset:98;\tsize:8;\tsigned:1;
\tfield:char rest[];\toffset:106;\tsize:0;\tsigned:0;
\tfield:;\toffset:0;\tsize:0;\tsigned:0;
\tsomething else

print fmt: "filename=%s
print fmt: \tfield:int x;", __get_str(filename)
`;

describe('the format of a tracepoint', () => {
  const format = parseTracepointFormat(text);
  const field = (name: string) => format?.fields.find((candidate) => candidate.name === name);

  it('has a name, an id and its fields in order', () => {
    expect(format).toMatchObject({ name: 'sched_process_exec', id: 365 });
    expect(format?.fields.map(({ name }) => name)).toEqual(
      ['common_type', 'common_pid', 'filename', 'pid', 'args', 'name', 'comm', 'cpus', 'matrix', 'words', 'rest'], // none that is junk
    );
  });

  it.each([
    ['pid', { type: 'pid_t', offset: 12, size: 4, signed: true, length: 1 }],
    ['args', { type: 'unsigned long[6]', offset: 16, size: 48, signed: false, length: 6 }],
    ['name', { type: 'const char *', size: 8, length: 1 }],
    ['filename', { type: '__data_loc char[]', dynamic: 'data' }],
    ['cpus', { type: '__rel_loc cpumask_t[]', dynamic: 'relative', signed: false }],
    ['comm', { type: 'char[TASK_COMM_LEN]', length: 1, size: 16 }],
    ['words', { type: 's16[]', size: 8, signed: true, length: 4 }], // an array of a dynamic probe
    ['rest', { type: 'char[]', size: 0, length: 1 }],
    ['matrix', { type: 'u8[2][3]', length: 1 }],
  ])('%s is read whole', (name, expected) => {
    expect(field(name)).toMatchObject(expected);
  });

  it('keeps the print format as it is, and takes no fields from it', () => {
    expect(format?.printFormat).toBe('"filename=%s\nprint fmt: \tfield:int x;", __get_str(filename)');
    expect(field('x')).toBeUndefined();
    expect(field('pid')).not.toHaveProperty('dynamic');
  });

  it.each(['', 'name: x\n', 'ID: 3\n', 'name: x\nID: y\n'])('is nothing else: %j', (junk) => {
    expect(parseTracepointFormat(junk)).toBeUndefined();
  });
});
