/*
 * frame_check - the check value at the end of a sensor's frame
 *
 * Copyright (C) 2019 Example Fieldbus Project
 *
 * This program is free software; you can redistribute it and/or modify it under the terms of the GNU General Public License version 2 as
 * published by the Free Software Foundation.
 *
 * This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU General Public License for more details.
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */
#include <stddef.h>
#include <stdint.h>

uint16_t frame_check(const uint8_t *frame, size_t length)
{
    uint16_t low = 1, high = 0;

    for (size_t at = 0; at < length; at++) {
        low = (uint16_t)((low + frame[at]) % 251);
        high = (uint16_t)((high + low) % 251);
    }
    return (uint16_t)(high << 8 | low);
}
