{% block subject %}Su invitación al área del personal de {{ clinic }}{% endblock %}
{% block lead %}{{ inviter }} le invita al área del personal de {{ clinic }}. Su función allí: {{ role }}.{% endblock %}
{% block action %}Aceptar la invitación{% endblock %}
{% block note %}El enlace funciona una sola vez, hasta el {{ until }}. Si no sabe de qué se trata, no haga nada: sin el
enlace no ocurre nada.{% endblock %}
