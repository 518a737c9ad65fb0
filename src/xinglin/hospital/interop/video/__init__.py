"""The video visit on the server: WebRTC by aiortc, an optional part. Rooms forward, sample and record.

Nothing here decides who may come in or what an observation leads to: that is asked of the consultation.
"""
