// SPDX-License-Identifier: Apache-2.0
// A service tried on its page: a refusal is put in place like an answer, and sound is recorded into the file field as WAV of 16 kHz, mono,
// which every service of speech reads. Without script the form is sent as a whole, and a sound file is chosen.
const RATE = 16000;

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "result") event.detail.shouldSwap = true;
});

for (const button of document.querySelectorAll("[data-record]")) {
  if (!navigator.mediaDevices || !window.MediaRecorder) continue;
  const word = button.textContent;
  let recorder;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (recorder) return recorder.stop();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const pieces = [];
      recorder = new MediaRecorder(stream);
      recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
      recorder.addEventListener("stop", async () => {
        for (const track of stream.getTracks()) track.stop();
        recorder = undefined;
        button.textContent = word;
        put(document.getElementById(button.dataset.record), await wav(new Blob(pieces)));
      });
      recorder.start();
      button.textContent = button.dataset.stop;
    } catch {
      button.textContent = button.dataset.refused;
      button.disabled = true;
    }
  });
}

function put(field, blob) {
  const files = new DataTransfer();
  files.items.add(new File([blob], "recorded.wav", { type: "audio/wav" }));
  field.files = files.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

async function wav(blob) {
  const heard = await new AudioContext().decodeAudioData(await blob.arrayBuffer());
  const drawn = new OfflineAudioContext(1, Math.max(1, Math.ceil(heard.duration * RATE)), RATE);
  const source = drawn.createBufferSource();
  source.buffer = heard;
  source.connect(drawn.destination);
  source.start();
  const samples = (await drawn.startRendering()).getChannelData(0);
  const bytes = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const say = (at, text) => [...text].forEach((letter, place) => bytes.setUint8(at + place, letter.charCodeAt(0)));
  say(0, "RIFF");
  bytes.setUint32(4, 36 + 2 * samples.length, true);
  say(8, "WAVEfmt ");
  bytes.setUint32(16, 16, true);
  bytes.setUint16(20, 1, true);
  bytes.setUint16(22, 1, true);
  bytes.setUint32(24, RATE, true);
  bytes.setUint32(28, 2 * RATE, true);
  bytes.setUint16(32, 2, true);
  bytes.setUint16(34, 16, true);
  say(36, "data");
  bytes.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, place) => bytes.setInt16(44 + 2 * place, Math.max(-1, Math.min(1, value)) * 32767, true));
  return new Blob([bytes.buffer], { type: "audio/wav" });
}
