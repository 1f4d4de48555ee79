// Copyright (c) 2024 Example Institute of Field Research
// Licensed under the MIT license.

/** Write the temperature on the door, rounded to half a degree. */
export function show(element, temperature) {
  element.textContent = `${Math.round(temperature * 2) / 2} °C`;
}
