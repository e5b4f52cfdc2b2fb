/* What the two ways from the gate to the running command share. */
#ifndef SYSWIDE_COMMAND_INTERNAL_H
#define SYSWIDE_COMMAND_INTERNAL_H

#include "shim.h"

/* Makes it one that holds nothing. */
void sw_command_forget(struct sw_command *command);

/* Lets the child go on to its exec; -1 when there is none any more. */
int sw_command_open_gate(const struct sw_command *command);

/* Waits for the exec; the errno that a failed one left behind, or 0. */
int32_t sw_command_exec_error(const struct sw_command *command);

#endif
